CREATE TABLE "forge_accounts" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"forge_user_id" bigint NOT NULL,
	"login" text NOT NULL,
	"email" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"expires_at" timestamp with time zone,
	"refresh_expires_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "forge_accounts_forgeUserId_unique" UNIQUE("forge_user_id")
);
--> statement-breakpoint
ALTER TABLE "login_sessions" ADD COLUMN "by_forge" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "forge_accounts" ADD CONSTRAINT "forge_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;