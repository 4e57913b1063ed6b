import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { WorkspaceModule } from '../workspace/workspace.module.js';
import { AccessTokenController } from './access-token.controller.js';
import { AccessTokenRepository } from './access-token.repository.js';
import { AccessTokenService } from './access-token.service.js';

@Module({
  imports: [AuthModule, WorkspaceModule],
  controllers: [AccessTokenController],
  providers: [AccessTokenService, AccessTokenRepository],
  exports: [AccessTokenService],
})
export class AccessTokenModule {}
