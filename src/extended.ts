// An object schema that has all of another one's fields: cheap, where TypeBox's Composite works each field out anew.
import { type TObject, type TProperties, Type } from '@sinclair/typebox'

export const extended = <Base extends TProperties, More extends TProperties>(
  { properties }: TObject<Base>,
  more: More,
) => Type.Object({ ...properties, ...more })
