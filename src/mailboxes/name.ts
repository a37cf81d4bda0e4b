// Random local parts that are pleasant to read aloud: `quiet-otter-4827`.
import { type Outside, randomBelow } from '../outside.ts'

const firsts =
  'amber azure bold brave bright brisk calm candid cheery clever cosy crisp curious daring dapper eager early easy fair fancy fast fresh gentle glad golden grand green happy hardy honest humble icy jolly keen kind lively loyal lucky lunar mellow merry mighty mild misty modest neat nimble noble open pale patient plucky polite prime proud quick quiet rapid rosy royal rustic sandy serene sharp shiny silent silver simple sleepy smart snowy soft solar solid spry steady still sunny swift tender tidy tiny upbeat vivid warm wise witty young zesty'.split(
    ' ',
  )
const seconds =
  'acorn alder anchor aspen badger bamboo beacon beaver birch bison brook canyon cedar cherry clover comet coral cricket dahlia daisy delta dolphin eagle ember falcon fern finch forest fox garden gecko ginger glacier harbor hazel heron hill holly iris island ivy jasmine juniper kettle kite koala lagoon lantern lark laurel lemon lily linden lotus lynx magnolia maple marble meadow melon mint moose nutmeg oak ocean olive orchid osprey otter owl panda pebble pepper pine planet plum pond poppy quail quartz rabbit raven reef river robin saffron sage salmon seal sparrow spruce squirrel stone stork summit swan tiger topaz trout tulip turtle valley violet walnut willow wren zebra'.split(
    ' ',
  )

/** About 100 million of them, each equally likely. */
export function randomLocalPart(outside: Outside): string {
  const first = firsts[randomBelow(outside, firsts.length)]
  const second = seconds[randomBelow(outside, seconds.length)]
  return `${first}-${second}-${1000 + randomBelow(outside, 9000)}`
}
