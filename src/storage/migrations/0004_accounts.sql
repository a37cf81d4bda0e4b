CREATE TABLE `accounts` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`plan` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`check_value` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `accounts_id_unique` ON `accounts` (`id`);--> statement-breakpoint
CREATE TABLE `audit` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`account_id` text,
	`by` text NOT NULL,
	`actor` text NOT NULL,
	`actor_id` text,
	`client` text NOT NULL,
	`what` text NOT NULL,
	`target` text NOT NULL,
	`detail` text NOT NULL,
	`check_value` integer
);
--> statement-breakpoint
CREATE INDEX `audit_account` ON `audit` (`account_id`) WHERE account_id is not null;--> statement-breakpoint
CREATE TABLE `blocks` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`pattern` text NOT NULL,
	`note` text NOT NULL,
	`created_at` integer NOT NULL,
	`check_value` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `blocks_id_unique` ON `blocks` (`id`);--> statement-breakpoint
CREATE TABLE `counts` (
	`subject` text NOT NULL,
	`what` text NOT NULL,
	`start` integer NOT NULL,
	`value` real NOT NULL,
	PRIMARY KEY(`subject`, `what`)
);
--> statement-breakpoint
CREATE INDEX `counts_start` ON `counts` (`start`);--> statement-breakpoint
CREATE TABLE `keys` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`member_id` text,
	`maker` text NOT NULL,
	`name` text NOT NULL,
	`prefix` text NOT NULL,
	`hash` text NOT NULL,
	`head` text NOT NULL,
	`tail` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`revoked_at` integer,
	`scopes` text,
	`origins` text NOT NULL,
	`domains` text NOT NULL,
	`dialects` text NOT NULL,
	`previous_hash` text,
	`previous_until` integer,
	`last_used_at` integer,
	`requests` integer NOT NULL,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `keys_id_unique` ON `keys` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `keys_hash_unique` ON `keys` (`hash`);--> statement-breakpoint
CREATE INDEX `keys_account` ON `keys` (`account_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `keys_previous` ON `keys` (`previous_hash`) WHERE previous_hash is not null;--> statement-breakpoint
CREATE INDEX `keys_revoked` ON `keys` (`revoked_at`) WHERE revoked_at is not null;--> statement-breakpoint
CREATE INDEX `keys_end` ON `keys` (`expires_at`) WHERE expires_at is not null;--> statement-breakpoint
CREATE TABLE `links` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`kind` text NOT NULL,
	`account_id` text,
	`member_id` text,
	`role` text,
	`plan` text,
	`email` text,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `links_id_unique` ON `links` (`id`);--> statement-breakpoint
CREATE INDEX `links_account` ON `links` (`account_id`) WHERE account_id is not null;--> statement-breakpoint
CREATE INDEX `links_member` ON `links` (`member_id`) WHERE member_id is not null;--> statement-breakpoint
CREATE INDEX `links_end` ON `links` (`expires_at`);--> statement-breakpoint
CREATE TABLE `members` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`email` text NOT NULL,
	`role` text NOT NULL,
	`is_admin` integer NOT NULL,
	`password_hash` text,
	`created_at` integer NOT NULL,
	`last_sign_in_at` integer,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `members_id_unique` ON `members` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `members_email_unique` ON `members` (`email`);--> statement-breakpoint
CREATE INDEX `members_account` ON `members` (`account_id`);--> statement-breakpoint
CREATE TABLE `plans` (
	`name` text PRIMARY KEY NOT NULL,
	`numbers` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`hash` text PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`member_id` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`last_used_at` integer NOT NULL,
	`client` text NOT NULL,
	`agent` text NOT NULL,
	`check_value` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `sessions_id_unique` ON `sessions` (`id`);--> statement-breakpoint
CREATE INDEX `sessions_member` ON `sessions` (`member_id`);--> statement-breakpoint
CREATE INDEX `sessions_end` ON `sessions` (`expires_at`);--> statement-breakpoint
CREATE TABLE `usage` (
	`span` text NOT NULL,
	`start` integer NOT NULL,
	`account_id` text NOT NULL,
	`what` text NOT NULL,
	`label` text NOT NULL,
	`value` integer NOT NULL,
	PRIMARY KEY(`span`, `start`, `account_id`, `what`, `label`)
);
--> statement-breakpoint
ALTER TABLE `events` ADD `subject_id` text;--> statement-breakpoint
CREATE INDEX `events_account` ON `events` (`account_id`,`seq`) WHERE account_id is not null;--> statement-breakpoint
ALTER TABLE `mailboxes` ADD `opener` text;--> statement-breakpoint
CREATE INDEX `mailboxes_account_open` ON `mailboxes` (`account_id`,`state`) WHERE account_id is not null;--> statement-breakpoint
CREATE INDEX `mailboxes_opener` ON `mailboxes` (`opener`) WHERE state <> 'ended' and opener is not null;--> statement-breakpoint
ALTER TABLE `refusals` ADD `account_id` text;--> statement-breakpoint
CREATE INDEX `refusals_account` ON `refusals` (`account_id`) WHERE account_id is not null;