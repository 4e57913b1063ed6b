import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { Settings } from '../protocol/settings.js';
import type { Account } from '../protocol/user.js';
import { SettingsService } from './settings.service.js';

@Controller()
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @HttpRoute('GET /api/settings')
  read(_input: RouteInput<'GET /api/settings'>, @SignedIn() account: Account): Promise<Settings> {
    return this.settings.read(account);
  }

  @HttpRoute('PATCH /api/settings')
  update({ body }: RouteInput<'PATCH /api/settings'>, @SignedIn() account: Account): Promise<Settings> {
    return this.settings.update(account, body);
  }
}
