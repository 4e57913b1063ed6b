import { Module } from '@nestjs/common';
import { AttemptLimit } from './attempt-limit.js';
import { AuthController } from './auth.controller.js';
import { AuthRepository } from './auth.repository.js';
import { AuthService } from './auth.service.js';
import { OriginCheck } from './origin.js';

@Module({
  controllers: [AuthController],
  providers: [AuthService, AuthRepository, AttemptLimit, OriginCheck],
  exports: [AuthService, AttemptLimit, OriginCheck],
})
export class AuthModule {}
