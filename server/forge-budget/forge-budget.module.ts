import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ForgeBudgetController } from './forge-budget.controller.js';
import { ForgeBudgetService } from './forge-budget.service.js';

@Module({
  imports: [AuthModule],
  controllers: [ForgeBudgetController],
  providers: [ForgeBudgetService],
})
export class ForgeBudgetModule {}
