import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  SetMetadata,
  type ExecutionContext,
} from '@nestjs/common';
import type { Request } from 'express';
import { ProtocolError } from '../protocol/error.js';
import { httpRoutes, type HttpRoute as RouteName, type RouteReply } from '../protocol/http-routes.js';
import type { AccessScope } from '../protocol/access-token.js';
import type { Account } from '../protocol/user.js';
import type { z } from 'zod';
import type { Caller } from './caller.js';

const ROUTE = Symbol('route');

type Routes = typeof httpRoutes;
type Parsed<Route extends RouteName, Name extends string> =
  Routes[Route] extends Record<Name, infer Schema extends z.ZodType> ? z.output<Schema> : undefined;

/** What a handler is given: every part has passed its schema. */
export type RouteInput<Route extends RouteName> = {
  headers: Parsed<Route, 'headers'>;
  params: Parsed<Route, 'params'>;
  query: Parsed<Route, 'query'>;
  body: Parsed<Route, 'body'>;
};

/** Who asks, set by the session and bearer middlewares; null for a stranger. */
export type SignedRequest = Request & {
  /** The person, where the request carries a session and no access token. */
  account?: Account | null;
  /** The person or the program. */
  caller?: Caller | null;
};

/** Binds a controller's method to a line of the protocol's table and types it: a wrong input or reply does not compile. */
export function HttpRoute<Route extends RouteName>(route: Route) {
  const [verb, path] = route.split(' ') as [keyof typeof RequestMethod, string];
  const mapping = applyDecorators(
    RequestMapping({ method: RequestMethod[verb], path }),
    HttpCode(route === 'POST /api/github/branches' ? 201 : 200),
    SetMetadata(ROUTE, route),
  );
  return <Arguments extends [input: RouteInput<Route>, ...rest: unknown[]]>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<(...parameters: Arguments) => Promise<RouteReply<Route>>>,
  ): void => {
    Input()(target, key, 0);
    mapping(target, key, descriptor);
  };
}

const Input = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const route = Reflect.getMetadata(ROUTE, context.getHandler()) as RouteName;
  const schemas = httpRoutes[route] as Partial<Record<'headers' | 'params' | 'query' | 'body', z.ZodType>>;
  const request = context.switchToHttp().getRequest<Request>();
  return {
    headers: schemas.headers && parse(schemas.headers, request.headers),
    params: schemas.params && parse(schemas.params, request.params),
    query: schemas.query && parse(schemas.query, request.query),
    body: schemas.body && parse(schemas.body, request.body),
  };
});

/** The signed-in person; a stranger is refused, and a program too. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Account => {
  const { account, caller } = context.switchToHttp().getRequest<SignedRequest>();
  if (caller?.grant)
    throw new ProtocolError('forbidden', 'An access token does not reach this: only a signed-in person may.');
  if (!account) throw signInFirst();
  return account;
});

/** The signed-in person, or a program whose access token has the route's scope. */
export const CalledBy = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<SignedRequest>();
  const { scope } = httpRoutes[Reflect.getMetadata(ROUTE, context.getHandler()) as RouteName] as {
    scope?: AccessScope;
  };
  if (!caller) throw signInFirst();
  if (caller.grant && (scope === undefined || !caller.grant.scopes.includes(scope)))
    throw new ProtocolError('forbidden', `This access token lacks the scope ${scope}. Make one that has it.`);
  return caller;
});

function signInFirst(): ProtocolError {
  return new ProtocolError('unauthenticated', 'Sign in first. A program sends its access token.');
}

/** The access token of `Authorization: Bearer`, where there is that header. */
export function bearerOf(authorization: string | undefined): string | undefined {
  const found = /^Bearer(?: +(.*))?$/i.exec(authorization ?? '');
  return found ? (found[1] ?? '') : undefined;
}

/** @throws {ProtocolError} `invalid`, naming each part that does not fit */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new ProtocolError('invalid', `This request does not fit: ${faults.join('; ')}.`);
}
