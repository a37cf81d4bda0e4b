DROP INDEX `custom_domains_account`;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `access` text DEFAULT 'private' NOT NULL;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `catch_all` text;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `verified_at` integer;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `failing_since` integer;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `checked_at` integer;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `next_check_at` integer;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `tries` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `by_hand` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `custom_domains` ADD `found` text;--> statement-breakpoint
CREATE UNIQUE INDEX `custom_domains_owner` ON `custom_domains` (`name`) WHERE state in ('verified', 'failing');--> statement-breakpoint
CREATE INDEX `custom_domains_due` ON `custom_domains` (`next_check_at`) WHERE next_check_at is not null;--> statement-breakpoint
CREATE INDEX `custom_domains_removed` ON `custom_domains` (`state`) WHERE state = 'removed';--> statement-breakpoint
CREATE UNIQUE INDEX `custom_domains_account` ON `custom_domains` (`account_id`,`name`) WHERE state <> 'removed';--> statement-breakpoint
DROP INDEX `mailboxes_account`;--> statement-breakpoint
DROP INDEX `mailboxes_account_open`;--> statement-breakpoint
ALTER TABLE `mailboxes` ADD `by_mail` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `mailboxes_account_domain` ON `mailboxes` (`account_id`,`domain`) WHERE account_id is not null;--> statement-breakpoint
CREATE INDEX `mailboxes_account` ON `mailboxes` (`account_id`) WHERE account_id is not null and by_mail = 0;--> statement-breakpoint
CREATE INDEX `mailboxes_account_open` ON `mailboxes` (`account_id`,`state`,`by_mail`) WHERE account_id is not null;--> statement-breakpoint
-- Nobody has looked at those that were added before.
UPDATE `custom_domains` SET `next_check_at` = `created_at`;
