CREATE TABLE "branch_discards" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"undo_ids" uuid[] DEFAULT '{}' NOT NULL,
	"files" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"restored_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "branch_state" text DEFAULT 'there' NOT NULL;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "branch_head" text;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "branch_renamed_to" text;--> statement-breakpoint
ALTER TABLE "branch_discards" ADD CONSTRAINT "branch_discards_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "branch_discards" ADD CONSTRAINT "branch_discards_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "branch_discards_workspace_id_index" ON "branch_discards" USING btree ("workspace_id");