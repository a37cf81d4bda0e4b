CREATE TABLE `attachments` (
	`id` text PRIMARY KEY NOT NULL,
	`message_key` integer NOT NULL,
	`idx` integer NOT NULL,
	`hidden` integer NOT NULL,
	FOREIGN KEY (`message_key`) REFERENCES `messages`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attachments_message` ON `attachments` (`message_key`,`idx`);--> statement-breakpoint
CREATE TABLE `contents` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`state` text NOT NULL,
	`refs` integer NOT NULL,
	`size` integer NOT NULL,
	`checksum` text NOT NULL,
	`trace` text NOT NULL,
	`envelope_from` text NOT NULL,
	`from_name` text NOT NULL,
	`from_address` text NOT NULL,
	`to` text NOT NULL,
	`subject` text NOT NULL,
	`date` integer,
	`message_id` text,
	`digest` text NOT NULL,
	`tries` integer NOT NULL,
	`attachment_count` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `contents_undigested` ON `contents` (`size`) WHERE digest = 'pending' and state = 'kept';--> statement-breakpoint
CREATE INDEX `contents_not_kept` ON `contents` (`state`) WHERE state <> 'kept';--> statement-breakpoint
CREATE TABLE `digests` (
	`content_key` integer PRIMARY KEY NOT NULL,
	`text` text,
	`html` text,
	`detail` text NOT NULL,
	FOREIGN KEY (`content_key`) REFERENCES `contents`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `events` (
	`seq` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`type` text NOT NULL,
	`account_id` text,
	`mailbox_id` text NOT NULL,
	`address` text NOT NULL,
	`unclaimed` integer NOT NULL,
	`message_id` text
);
--> statement-breakpoint
CREATE INDEX `events_address` ON `events` (`address`,`seq`);--> statement-breakpoint
CREATE TABLE `mailbox_tokens` (
	`hash` text PRIMARY KEY NOT NULL,
	`mailbox_key` integer NOT NULL,
	`created_at` integer NOT NULL,
	FOREIGN KEY (`mailbox_key`) REFERENCES `mailboxes`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `mailbox_tokens_mailbox` ON `mailbox_tokens` (`mailbox_key`);--> statement-breakpoint
CREATE TABLE `mailboxes` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`address` text NOT NULL,
	`local_part` text NOT NULL,
	`domain` text NOT NULL,
	`kind` text NOT NULL,
	`account_id` text,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`recoverable` integer NOT NULL,
	`tag` text,
	`password_hash` text,
	`message_count` integer NOT NULL,
	`bytes` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `mailboxes_id_unique` ON `mailboxes` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `mailboxes_active_address` ON `mailboxes` (`address`) WHERE state = 'active';--> statement-breakpoint
CREATE INDEX `mailboxes_archived_address` ON `mailboxes` (`address`) WHERE state = 'archived';--> statement-breakpoint
CREATE INDEX `mailboxes_end` ON `mailboxes` (`expires_at`) WHERE state = 'active' and expires_at is not null;--> statement-breakpoint
CREATE INDEX `mailboxes_to_sweep` ON `mailboxes` (`state`) WHERE state <> 'active' and (state = 'ended' or message_count > 0);--> statement-breakpoint
CREATE INDEX `mailboxes_account` ON `mailboxes` (`account_id`) WHERE account_id is not null;--> statement-breakpoint
CREATE TABLE `messages` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`mailbox_key` integer NOT NULL,
	`content_key` integer NOT NULL,
	`address` text NOT NULL,
	`size` integer NOT NULL,
	`received_at` integer NOT NULL,
	`retain_until` integer,
	`seen` integer NOT NULL,
	`digested_seq` integer,
	FOREIGN KEY (`mailbox_key`) REFERENCES `mailboxes`(`key`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`content_key`) REFERENCES `contents`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `messages_id_unique` ON `messages` (`id`);--> statement-breakpoint
CREATE INDEX `messages_mailbox` ON `messages` (`mailbox_key`);--> statement-breakpoint
CREATE INDEX `messages_digested` ON `messages` (`mailbox_key`,`digested_seq`) WHERE digested_seq is not null;--> statement-breakpoint
CREATE INDEX `messages_content` ON `messages` (`content_key`);--> statement-breakpoint
CREATE INDEX `messages_retained` ON `messages` (`retain_until`) WHERE retain_until is not null;--> statement-breakpoint
CREATE TABLE `pieces` (
	`key` integer PRIMARY KEY NOT NULL,
	`bytes` blob NOT NULL
);
--> statement-breakpoint
CREATE TABLE `quarantine` (
	`address` text PRIMARY KEY NOT NULL,
	`until` integer NOT NULL,
	`account_id` text
);
--> statement-breakpoint
CREATE INDEX `quarantine_until` ON `quarantine` (`until`);--> statement-breakpoint
CREATE TABLE `refusals` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`client` text NOT NULL,
	`from` text NOT NULL,
	`to` text NOT NULL,
	`address` text NOT NULL,
	`stage` text NOT NULL,
	`reason` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `refusals_address` ON `refusals` (`address`);--> statement-breakpoint
CREATE VIRTUAL TABLE `message_search` USING fts5(`owner`, `subject`, `sender`, `recipients`, `body`, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
--> statement-breakpoint
INSERT INTO `message_search`(`message_search`, `rank`) VALUES('deletemerge', 0);
