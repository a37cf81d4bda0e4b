ALTER TABLE `mailboxes` ADD `used_at` integer;--> statement-breakpoint
CREATE INDEX `mailboxes_idle` ON `mailboxes` (`used_at`) WHERE state = 'active' and used_at is not null;