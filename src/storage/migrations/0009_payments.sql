CREATE TABLE `invoices` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text,
	`makes_account` integer NOT NULL,
	`plan` text NOT NULL,
	`rail` text NOT NULL,
	`state` text NOT NULL,
	`reference` text,
	`checkout_url` text,
	`subscription` text,
	`secret_hash` text NOT NULL,
	`key_id` text,
	`key_shown_at` integer,
	`client` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`paid_at` integer,
	`paid_until` integer,
	`last_paid_at` integer,
	`ended_at` integer,
	`check_value` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invoices_id_unique` ON `invoices` (`id`);--> statement-breakpoint
CREATE INDEX `invoices_account` ON `invoices` (`account_id`) WHERE account_id is not null;--> statement-breakpoint
CREATE INDEX `invoices_client` ON `invoices` (`client`,`created_at`);--> statement-breakpoint
CREATE INDEX `invoices_pending` ON `invoices` (`expires_at`) WHERE state = 'pending';--> statement-breakpoint
CREATE INDEX `invoices_rail` ON `invoices` (`rail`,`state`);--> statement-breakpoint
CREATE TABLE `payment_notices` (
	`rail` text NOT NULL,
	`id` text NOT NULL,
	`invoice_key` integer NOT NULL,
	`what` text NOT NULL,
	`at` integer NOT NULL,
	`heard_at` integer NOT NULL,
	`check_value` integer,
	PRIMARY KEY(`rail`, `id`),
	FOREIGN KEY (`invoice_key`) REFERENCES `invoices`(`key`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `payment_notices_invoice` ON `payment_notices` (`invoice_key`);--> statement-breakpoint
CREATE TABLE `purchases` (
	`account_id` text PRIMARY KEY NOT NULL,
	`plan` text NOT NULL,
	`fallback` text,
	`ends_at` integer,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `purchases_end` ON `purchases` (`ends_at`) WHERE ends_at is not null;--> statement-breakpoint
ALTER TABLE `accounts` ADD `lapsed_at` integer;