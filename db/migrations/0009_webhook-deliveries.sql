CREATE TABLE "leases" (
	"name" text PRIMARY KEY NOT NULL,
	"process_id" uuid NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "webhook_deliveries" (
	"guid" text PRIMARY KEY NOT NULL,
	"event" text NOT NULL,
	"state" text DEFAULT 'taken' NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "webhook_deliveries_received_at_index" ON "webhook_deliveries" USING btree ("received_at");