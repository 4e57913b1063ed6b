import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { SearchFound } from '../protocol/search.js';
import type { Account } from '../protocol/user.js';
import { SearchService } from './search.service.js';

@Controller()
export class SearchController {
  constructor(private readonly searches: SearchService) {}

  @HttpRoute('POST /api/workspaces/:id/search')
  search(
    { params, body }: RouteInput<'POST /api/workspaces/:id/search'>,
    @SignedIn() account: Account,
  ): Promise<SearchFound> {
    return this.searches.search(account, params.id, body);
  }
}
