ALTER TABLE `invoices` ADD `amount` text;--> statement-breakpoint
ALTER TABLE `invoices` ADD `currency` text;