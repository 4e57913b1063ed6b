CREATE TABLE "forge_news" (
	"workspace_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"sha" text,
	"state" text NOT NULL,
	"rank" integer NOT NULL,
	"said_at" timestamp with time zone NOT NULL,
	"stored_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "forge_news_workspace_id_subject_pk" PRIMARY KEY("workspace_id","subject")
);
--> statement-breakpoint
ALTER TABLE "access_tokens" ADD COLUMN "repository_name" text;--> statement-breakpoint
ALTER TABLE "merge_conflicts" ADD COLUMN "object_id" uuid;--> statement-breakpoint
ALTER TABLE "workspaces" ADD COLUMN "base_moved_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "forge_news" ADD CONSTRAINT "forge_news_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "forge_news_stored_at_index" ON "forge_news" USING btree ("stored_at");
--> statement-breakpoint
-- By hand: of a token that is there already, what its repository is called now is all that is known.
UPDATE "access_tokens" SET "repository_name" = r.owner || '/' || r.name FROM "repositories" r WHERE r.id = "access_tokens"."repository_id";
