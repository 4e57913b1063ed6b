import {
  applyDecorators,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage } from '@nestjs/websockets';
import { catchError, map, of, type Observable } from 'rxjs';
import {
  clientEvents,
  type CallBody,
  type CallReply,
  type ClientEvent,
  type Result,
} from '../protocol/client-events.js';
import { toProtocolError } from './error.filter.js';
import { parse } from './http-route.js';
import type { Connection } from './socket.adapter.js';

/**
 * Binds a gateway's method to a line of the protocol's table: subscribes,
 * validates the body, answers with a Result, and types the method, so that a
 * wrong body, reply or name does not compile.
 */
export function OnClientEvent<Event extends ClientEvent>(event: Event) {
  const subscribe = applyDecorators(SubscribeMessage(event), UseInterceptors(AcknowledgeInterceptor));
  return (
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<
      (connection: Connection, body: CallBody<Event>) => Promise<CallReply<Event>>
    >,
  ): void => {
    ConnectedSocket()(target, key, 0);
    MessageBody({ transform: (value: unknown) => parse(clientEvents[event].body, value) })(target, key, 1);
    subscribe(target, key, descriptor);
  };
}

class AcknowledgeInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<Result<unknown>> {
    const sockets = context.switchToWs();
    const during = { call: sockets.getPattern(), socket: sockets.getClient<Connection>().id };
    return next.handle().pipe(
      map((reply: unknown) => ({ ok: true as const, reply: reply ?? null })),
      catchError((error: unknown) =>
        of({ ok: false as const, error: toProtocolError(error, during).toBody() }),
      ),
    );
  }
}

/**
 * The same for the two events that come with every key and every cursor: bound
 * to the socket itself, because a decorated handler costs more than the work it does.
 */
export function bindClientEvent<Event extends ClientEvent>(
  connection: Connection,
  event: Event,
  handle: (body: CallBody<Event>) => Promise<CallReply<Event>> | CallReply<Event>,
): void {
  const listener = async (body: unknown, acknowledge: unknown): Promise<void> => {
    const answer =
      typeof acknowledge === 'function' ? (acknowledge as (result: Result<unknown>) => void) : () => {};
    try {
      const reply = await handle(parse(clientEvents[event].body, body) as CallBody<Event>);
      answer({ ok: true, reply });
    } catch (error) {
      answer({ ok: false, error: toProtocolError(error, { call: event, socket: connection.id }).toBody() });
    }
  };
  (
    connection as unknown as {
      on(name: string, listener: (body: unknown, acknowledge: unknown) => void): void;
    }
  ).on(event, (body, acknowledge) => void listener(body, acknowledge));
}
