import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Config } from '../config.js';
import { DatabaseConnection } from './database.js';
import { ForgeAddress } from './forge-address.js';
import { GithubClient } from './github-client.js';
import type { GithubOptions } from './github-octokit.js';
import { NotificationListener } from './notification-listener.js';
import { PublicUrl } from './public-url.js';
import { WebhookSecret } from './webhook-secret.js';

/** Where the parts outside this process are: known once what is embedded has started. */
export type Surroundings = {
  databaseUrl: string;
  github: GithubOptions;
  /** What the forge signs its deliveries with; none are taken without it. */
  webhookSecret?: string;
};

/** The connections to everything outside, one of each, for every feature. */
@Global()
@Module({})
export class PlatformModule {
  static for(config: Config, surroundings: Surroundings): DynamicModule {
    const providers = [
      { provide: Config, useValue: config },
      { provide: DatabaseConnection, useFactory: () => new DatabaseConnection(surroundings.databaseUrl) },
      {
        provide: NotificationListener,
        useFactory: () => NotificationListener.start(surroundings.databaseUrl),
      },
      { provide: ForgeAddress, useFactory: () => new ForgeAddress(surroundings.github.apiUrl) },
      { provide: GithubClient, useFactory: () => new GithubClient(surroundings.github) },
      {
        provide: WebhookSecret,
        useFactory: () => new WebhookSecret(surroundings.webhookSecret),
      },
      { provide: PublicUrl, useFactory: () => new PublicUrl(config.publicUrl) },
    ];
    return { module: PlatformModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
