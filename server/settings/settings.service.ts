import { Injectable } from '@nestjs/common';
import { defaultSettings, settings, settingsUpdate } from '../protocol/settings.js';
import type { Settings, SettingsUpdate } from '../protocol/settings.js';
import type { Account } from '../protocol/user.js';
import { SettingsRepository } from './settings.repository.js';

/** What each person has set, kept from one device to the next. */
@Injectable()
export class SettingsService {
  constructor(private readonly repository: SettingsRepository) {}

  async read(account: Account): Promise<Settings> {
    return complete(await this.repository.find(account.id));
  }

  async update(account: Account, update: SettingsUpdate): Promise<Settings> {
    return complete(await this.repository.merge(account.id, update));
  }
}

/** What was stored by another version and is no setting any more counts as never set. */
function complete(stored: Record<string, unknown>): Settings {
  const known = Object.entries(stored).filter(
    ([name, value]) => name in defaultSettings && settingsUpdate.safeParse({ [name]: value }).success,
  );
  return settings.parse({ ...defaultSettings, ...Object.fromEntries(known) });
}
