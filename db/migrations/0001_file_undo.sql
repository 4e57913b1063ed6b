CREATE TABLE "file_undos" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"path" text NOT NULL,
	"rows" jsonb NOT NULL,
	"documents" jsonb NOT NULL,
	"text_document_id" uuid,
	"text_before" text,
	"text_after" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "file_undos" ADD CONSTRAINT "file_undos_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "file_undos" ADD CONSTRAINT "file_undos_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "file_undos_workspace_id_index" ON "file_undos" USING btree ("workspace_id");--> statement-breakpoint
CREATE INDEX "workspace_events_people" ON "workspace_events" USING btree ("workspace_id","actor","seq") WHERE "workspace_events"."type" in ('person.joined', 'person.left');