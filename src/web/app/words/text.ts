// What a text of the page's can be, in any language.

/** One sentence, or one for each form of the language's plural, chosen by `count`. */
export type Text = string | ({ other: string } & Partial<Record<Intl.LDMLPluralRule, string>>)

export type Values = Record<string, string | number>
