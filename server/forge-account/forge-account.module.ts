import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { ForgeAccountController } from './forge-account.controller.js';
import { ForgeAccountRepository } from './forge-account.repository.js';
import { ForgeAccountService } from './forge-account.service.js';
import { ForgeSignIn } from './forge-sign-in.js';
import { ForgeTokenService } from './forge-token.service.js';
import { PersonGithub } from './person-github.js';

@Module({
  imports: [AuthModule],
  controllers: [ForgeAccountController],
  providers: [ForgeAccountRepository, ForgeAccountService, ForgeSignIn, ForgeTokenService, PersonGithub],
  exports: [ForgeAccountService, ForgeTokenService, PersonGithub],
})
export class ForgeAccountModule {}
