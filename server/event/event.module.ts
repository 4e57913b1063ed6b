import { Module } from '@nestjs/common';
import { EventRepository } from './event.repository.js';
import { EventService } from './event.service.js';

/** The log itself. It stands on the database alone; what clients ask of it is in EventFeedModule. */
@Module({ providers: [EventRepository, EventService], exports: [EventService] })
export class EventModule {}
