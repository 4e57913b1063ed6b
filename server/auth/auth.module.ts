import { Module } from '@nestjs/common';
import { AttemptLimit } from './attempt-limit.js';
import { AuthController } from './auth.controller.js';
import { AuthRepository } from './auth.repository.js';
import { AuthService } from './auth.service.js';
import { OriginCheck } from './origin.js';
import { RequestLimit } from './request-limit.js';
import { Secrets } from './secret.js';

@Module({
  controllers: [AuthController],
  providers: [AuthService, AuthRepository, AttemptLimit, OriginCheck, RequestLimit, Secrets],
  exports: [AuthService, AttemptLimit, OriginCheck, RequestLimit, Secrets],
})
export class AuthModule {}
