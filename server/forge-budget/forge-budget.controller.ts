import { Controller } from '@nestjs/common';
import { HttpRoute, SignedIn, type RouteInput } from '../platform/http-route.js';
import type { RouteReply } from '../protocol/http-routes.js';
import type { Account } from '../protocol/user.js';
import { ForgeBudgetService } from './forge-budget.service.js';

@Controller()
export class ForgeBudgetController {
  constructor(private readonly budgets: ForgeBudgetService) {}

  @HttpRoute('GET /api/forge/budget')
  shared(
    _input: RouteInput<'GET /api/forge/budget'>,
    @SignedIn() _account: Account,
  ): Promise<RouteReply<'GET /api/forge/budget'>> {
    return Promise.resolve(this.budgets.shared());
  }

  @HttpRoute('GET /api/forge/budgets')
  all(
    _input: RouteInput<'GET /api/forge/budgets'>,
    @SignedIn() account: Account,
  ): Promise<RouteReply<'GET /api/forge/budgets'>> {
    return this.budgets.all(account);
  }
}
