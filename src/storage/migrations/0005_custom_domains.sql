CREATE TABLE `custom_domains` (
	`key` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`id` text NOT NULL,
	`account_id` text NOT NULL,
	`name` text NOT NULL,
	`state` text NOT NULL,
	`token` text NOT NULL,
	`created_at` integer NOT NULL,
	`check_value` integer,
	FOREIGN KEY (`account_id`) REFERENCES `accounts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `custom_domains_id_unique` ON `custom_domains` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `custom_domains_account` ON `custom_domains` (`account_id`,`name`);--> statement-breakpoint
CREATE INDEX `custom_domains_name` ON `custom_domains` (`name`);