CREATE TABLE "merge_conflicts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"workspace_id" uuid NOT NULL,
	"path" text NOT NULL,
	"kind" text NOT NULL,
	"document_id" uuid,
	"generation" integer,
	"start_position" "bytea",
	"end_position" "bytea",
	"current_text" text,
	"incoming_text" text,
	"base_text" text,
	"incoming_path" text,
	"incoming_sha" text,
	"commit_sha" text NOT NULL,
	"pusher" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp with time zone,
	"resolved_by" uuid,
	"resolution" text
);
--> statement-breakpoint
ALTER TABLE "merge_conflicts" ADD CONSTRAINT "merge_conflicts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "merge_conflicts" ADD CONSTRAINT "merge_conflicts_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "merge_conflicts" ADD CONSTRAINT "merge_conflicts_resolved_by_users_id_fk" FOREIGN KEY ("resolved_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "merge_conflicts_open" ON "merge_conflicts" USING btree ("workspace_id") WHERE "merge_conflicts"."resolved_at" is null;