ALTER TABLE "overlay_states" ADD COLUMN "object_id" uuid;--> statement-breakpoint
ALTER TABLE "overlay_states" ADD CONSTRAINT "overlay_states_object_id_objects_id_fk" FOREIGN KEY ("object_id") REFERENCES "public"."objects"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "overlay_states_objects" ON "overlay_states" USING btree ("object_id") WHERE "overlay_states"."object_id" is not null;--> statement-breakpoint
--> BEGIN written by hand: what drizzle-kit has no words for
CREATE OR REPLACE FUNCTION note_overlay_state() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    INSERT INTO overlay_states (workspace_id, path, event_seq)
    SELECT id, OLD.path, next_event_seq - 1 FROM workspaces WHERE id = OLD.workspace_id;
  ELSE
    INSERT INTO overlay_states (workspace_id, path, kind, from_path, has_object, object_id, event_seq)
    SELECT id, NEW.path, NEW.kind, NEW.from_path, NEW.object_id IS NOT NULL, NEW.object_id, next_event_seq - 1
    FROM workspaces WHERE id = NEW.workspace_id;
  END IF;
  RETURN NULL;
END $$;--> statement-breakpoint
-- Of what was before, only the bytes that are there now are known.
UPDATE overlay_states s SET object_id = f.object_id
FROM workspace_files f
WHERE f.object_id IS NOT NULL AND s.id = (
  SELECT max(id) FROM overlay_states l WHERE l.workspace_id = f.workspace_id AND l.path = f.path);
--> END written by hand
