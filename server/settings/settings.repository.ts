import { Injectable } from '@nestjs/common';
import { eq, sql } from 'drizzle-orm';
import { userSettings } from '../../db/schema/settings.js';
import { DatabaseConnection } from '../platform/database.js';
import type { SettingsUpdate } from '../protocol/settings.js';

@Injectable()
export class SettingsRepository {
  constructor(private readonly connection: DatabaseConnection) {}

  async find(userId: string): Promise<Record<string, unknown>> {
    const [row] = await this.connection.database
      .select({ settings: userSettings.settings })
      .from(userSettings)
      .where(eq(userSettings.userId, userId));
    return row?.settings ?? {};
  }

  /** Two tabs that set different things at once both have their way. */
  async merge(userId: string, update: SettingsUpdate): Promise<Record<string, unknown>> {
    const [row] = await this.connection.database
      .insert(userSettings)
      .values({ userId, settings: update })
      .onConflictDoUpdate({
        target: userSettings.userId,
        set: { settings: sql`${userSettings.settings} || excluded.settings`, updatedAt: sql`now()` },
      })
      .returning({ settings: userSettings.settings });
    return row!.settings;
  }
}
