ALTER TABLE `attachments` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `contents` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `digests` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `mailbox_tokens` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `mailboxes` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `messages` ADD `check_value` integer;--> statement-breakpoint
ALTER TABLE `pieces` ADD `check_value` integer;