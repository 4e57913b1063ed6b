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
import type { Account } from '../protocol/user.js';
import type { z } from 'zod';

const ROUTE = Symbol('route');

type Routes = typeof httpRoutes;
type Parsed<Route extends RouteName, Name extends string> =
  Routes[Route] extends Record<Name, infer Schema extends z.ZodType> ? z.output<Schema> : undefined;

/** What a handler is given: every part has passed its schema. */
export type RouteInput<Route extends RouteName> = {
  params: Parsed<Route, 'params'>;
  query: Parsed<Route, 'query'>;
  body: Parsed<Route, 'body'>;
};

/** The signed-in person, set by the session middleware; null for a stranger. */
export type SignedRequest = Request & { account?: Account | null };

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
  const schemas = httpRoutes[route] as { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType };
  const request = context.switchToHttp().getRequest<Request>();
  return {
    params: schemas.params && parse(schemas.params, request.params),
    query: schemas.query && parse(schemas.query, request.query),
    body: schemas.body && parse(schemas.body, request.body),
  };
});

/** The signed-in person; a stranger is refused. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Account => {
  const { account } = context.switchToHttp().getRequest<SignedRequest>();
  if (!account)
    throw new ProtocolError(
      'unauthenticated',
      'Sign in first: open the link Perch printed, or an invitation.',
    );
  return account;
});

/** @throws {ProtocolError} `invalid`, naming each part that does not fit */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`);
  throw new ProtocolError('invalid', `This request does not fit: ${faults.join('; ')}.`);
}
