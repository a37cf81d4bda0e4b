CREATE TABLE `added_attachments` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`message_key` integer NOT NULL,
	`content_key` integer NOT NULL,
	`idx` integer NOT NULL,
	`name` text NOT NULL,
	`type` text NOT NULL,
	`size` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`check_value` integer,
	FOREIGN KEY (`message_key`) REFERENCES `messages`(`key`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`content_key`) REFERENCES `contents`(`key`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE UNIQUE INDEX `added_attachments_id_unique` ON `added_attachments` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `added_attachments_message` ON `added_attachments` (`message_key`,`idx`);--> statement-breakpoint
CREATE INDEX `added_attachments_content` ON `added_attachments` (`content_key`);--> statement-breakpoint
CREATE INDEX `added_attachments_end` ON `added_attachments` (`expires_at`) WHERE expires_at is not null;