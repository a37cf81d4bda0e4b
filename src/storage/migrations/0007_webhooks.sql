CREATE TABLE `webhook_deliveries` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`webhook_key` integer NOT NULL,
	`event_id` text NOT NULL,
	`seq` integer NOT NULL,
	`type` text NOT NULL,
	`message_id` text NOT NULL,
	`body` text NOT NULL,
	`created_at` integer NOT NULL,
	`state` text NOT NULL,
	`next_at` integer,
	`attempts` integer NOT NULL,
	`round` integer NOT NULL,
	`attempted_at` integer,
	`status_code` integer,
	`error` text,
	`duration_ms` integer,
	`check_value` integer,
	FOREIGN KEY (`webhook_key`) REFERENCES `webhooks`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhook_deliveries_id_unique` ON `webhook_deliveries` (`id`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_webhook` ON `webhook_deliveries` (`webhook_key`);--> statement-breakpoint
CREATE INDEX `webhook_deliveries_waiting` ON `webhook_deliveries` (`webhook_key`,`next_at`) WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_failed` ON `webhook_deliveries` (`webhook_key`) WHERE state = 'failed';--> statement-breakpoint
CREATE INDEX `webhook_deliveries_old` ON `webhook_deliveries` (`created_at`);--> statement-breakpoint
CREATE TABLE `webhooks` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`address` text,
	`url` text NOT NULL,
	`events` text NOT NULL,
	`form` text NOT NULL,
	`secret` text NOT NULL,
	`previous_secret` text,
	`previous_until` integer,
	`state` text NOT NULL,
	`gave_up_at` integer,
	`created_at` integer NOT NULL,
	`failures` integer NOT NULL,
	`failing_since` integer,
	`last_attempt_at` integer,
	`last_success_at` integer,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_id_unique` ON `webhooks` (`id`);--> statement-breakpoint
CREATE INDEX `webhooks_account` ON `webhooks` (`account_id`);