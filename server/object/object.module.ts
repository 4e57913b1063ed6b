import { Module } from '@nestjs/common';
import { join } from 'node:path';
import { Config } from '../config.js';
import { DirectoryObjectStore } from './directory-object-store.js';
import { OBJECT_STORE, type ObjectStore } from './object-store.js';
import { ObjectRepository } from './object.repository.js';
import { ObjectService } from './object.service.js';
import { S3ObjectStore } from './s3-object-store.js';

@Module({
  providers: [
    ObjectRepository,
    ObjectService,
    {
      provide: OBJECT_STORE,
      useFactory: ({ s3, stateDirectory }: Config): ObjectStore =>
        s3 ? new S3ObjectStore(s3) : new DirectoryObjectStore(join(stateDirectory, 'objects')),
      inject: [Config],
    },
  ],
  exports: [ObjectService],
})
export class ObjectModule {}
