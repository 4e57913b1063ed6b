CREATE TABLE "document_places" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"document_id" uuid NOT NULL,
	"path" text NOT NULL,
	"is_there" boolean NOT NULL,
	"event_seq" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "overlay_states" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"path" text NOT NULL,
	"kind" text,
	"from_path" text,
	"has_object" boolean DEFAULT false NOT NULL,
	"event_seq" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "document_updates" ALTER COLUMN "created_at" SET DEFAULT clock_timestamp();--> statement-breakpoint
ALTER TABLE "workspace_events" ALTER COLUMN "created_at" SET DEFAULT clock_timestamp();--> statement-breakpoint
ALTER TABLE "document_places" ADD CONSTRAINT "document_places_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "document_places" ADD CONSTRAINT "document_places_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "overlay_states" ADD CONSTRAINT "overlay_states_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_places_workspace_id_path_index" ON "document_places" USING btree ("workspace_id","path");--> statement-breakpoint
CREATE INDEX "document_places_document_id_index" ON "document_places" USING btree ("document_id");--> statement-breakpoint
CREATE INDEX "overlay_states_workspace_id_path_index" ON "overlay_states" USING btree ("workspace_id","path");--> statement-breakpoint
CREATE INDEX "overlay_states_workspace_id_from_path_index" ON "overlay_states" USING btree ("workspace_id","from_path");--> statement-breakpoint
CREATE INDEX "workspace_events_bases" ON "workspace_events" USING btree ("workspace_id","seq") WHERE "workspace_events"."type" in ('workspace.opened', 'workspace.moved', 'commit.created', 'branch.merged');--> statement-breakpoint
--> BEGIN written by hand: what drizzle-kit has no words for
-- When the transaction commits its event is written, and the workspace's row locked: the number is its own.
CREATE FUNCTION note_document_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.path = NEW.path AND (OLD.deleted_at IS NULL) = (NEW.deleted_at IS NULL) THEN
    RETURN NULL;
  END IF;
  INSERT INTO document_places (workspace_id, document_id, path, is_there, event_seq)
  SELECT id, NEW.id, NEW.path, NEW.deleted_at IS NULL, next_event_seq - 1
  FROM workspaces WHERE id = NEW.workspace_id;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER documents_place AFTER INSERT OR UPDATE OF path, deleted_at ON "documents"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_document_place();--> statement-breakpoint
CREATE FUNCTION note_overlay_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO overlay_states (workspace_id, path, event_seq)
    SELECT id, OLD.path, next_event_seq - 1 FROM workspaces WHERE id = OLD.workspace_id;
  ELSE
    INSERT INTO overlay_states (workspace_id, path, kind, from_path, has_object, event_seq)
    SELECT id, NEW.path, NEW.kind, NEW.from_path, NEW.object_id IS NOT NULL, next_event_seq - 1
    FROM workspaces WHERE id = NEW.workspace_id;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
CREATE CONSTRAINT TRIGGER workspace_files_state
  AFTER INSERT OR DELETE OR UPDATE OF kind, from_path, object_id ON "workspace_files"
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note_overlay_state();--> statement-breakpoint
-- Of what was before, only where it is now is known.
INSERT INTO document_places (workspace_id, document_id, path, is_there, event_seq)
  SELECT workspace_id, id, path, deleted_at IS NULL, 0 FROM documents;--> statement-breakpoint
INSERT INTO overlay_states (workspace_id, path, kind, from_path, has_object, event_seq)
  SELECT workspace_id, path, kind, from_path, object_id IS NOT NULL, 0 FROM workspace_files;
--> END written by hand
