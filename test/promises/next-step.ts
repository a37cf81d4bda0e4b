// A step of the schema such as a later release may have: it builds a table anew, moves data and changes it.

export const nextStep = `
CREATE TABLE \`labels\` (\`key\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`mailbox_key\` integer NOT NULL REFERENCES \`mailboxes\`(\`key\`), \`label\` text NOT NULL);
--> statement-breakpoint
INSERT INTO \`labels\` (\`mailbox_key\`, \`label\`) SELECT \`key\`, \`tag\` FROM \`mailboxes\` WHERE \`tag\` IS NOT NULL;
--> statement-breakpoint
CREATE TABLE \`new_contents\` AS SELECT * FROM \`contents\` WHERE 0;
--> statement-breakpoint
DROP TABLE \`new_contents\`;
--> statement-breakpoint
CREATE TABLE \`new_contents\` (\`key\` integer PRIMARY KEY AUTOINCREMENT NOT NULL, \`state\` text NOT NULL, \`refs\` integer NOT NULL, \`size\` integer NOT NULL, \`checksum\` text NOT NULL, \`subject\` text NOT NULL, \`digest\` text NOT NULL, \`note\` text);
--> statement-breakpoint
INSERT INTO \`new_contents\` SELECT \`key\`, \`state\`, \`refs\`, \`size\`, \`checksum\`, upper(\`subject\`), \`digest\`, 'moved' FROM \`contents\`;
--> statement-breakpoint
DROP TABLE \`contents\`;
--> statement-breakpoint
ALTER TABLE \`new_contents\` RENAME TO \`contents\`;
--> statement-breakpoint
CREATE INDEX \`contents_undigested\` ON \`contents\` (\`size\`) WHERE digest = 'pending' and state = 'kept';
--> statement-breakpoint
UPDATE \`mailboxes\` SET \`tag\` = NULL;
`
