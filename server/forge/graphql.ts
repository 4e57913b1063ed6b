import type { Router } from 'express';
import { buildSchema, graphql, GraphQLError } from 'graphql';
import { z } from 'zod';
import { blame } from './blame.js';
import { bodyOf, findRepository, userOf, type ForgeContext } from './forge-context.js';
import { RefRefused } from './git/ref-store.js';
import { SHA, ZERO } from './git/object-store.js';
import { permits, type ForgeUser, type HostedRepository } from './hosted-repository.js';
import { moveRef } from './move-ref.js';

/** The part of GitHub's published schema that Perch asks for. */
export const SCHEMA = `
  scalar DateTime
  scalar GitObjectID
  scalar GitRefname
  type Query {
    viewer: User!
    repository(owner: String!, name: String!): Repository
  }
  type User { id: ID! login: String! }
  type Repository {
    id: ID! databaseId: Int name: String! nameWithOwner: String! isPrivate: Boolean!
    object(expression: String, oid: GitObjectID): GitObject
  }
  interface GitObject { id: ID! oid: GitObjectID! }
  type Commit implements GitObject {
    id: ID!
    oid: GitObjectID!
    messageHeadline: String!
    authoredDate: DateTime!
    committedDate: DateTime!
    author: GitActor
    blame(path: String!): Blame!
  }
  type GitActor { name: String email: String }
  type Blame { ranges: [BlameRange!]! }
  type BlameRange { startingLine: Int! endingLine: Int! commit: Commit! }
  type Mutation { updateRefs(input: UpdateRefsInput!): UpdateRefsPayload }
  input UpdateRefsInput { clientMutationId: String repositoryId: ID! refUpdates: [RefUpdate!]! }
  input RefUpdate { name: GitRefname! beforeOid: GitObjectID afterOid: GitObjectID! force: Boolean = false }
  type UpdateRefsPayload { clientMutationId: String }
`;

const question = z.object({
  query: z.string().max(100_000),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});

type RefUpdateInput = { name: string; beforeOid?: string | null; afterOid: string; force?: boolean };

/** GraphQL, of which Perch needs the one mutation that REST has no equal for: refs moved by compare-and-swap. */
export function graphqlRoutes(router: Router, context: ForgeContext): void {
  const schema = buildSchema(SCHEMA);

  router.post('/graphql', async (request, response) => {
    const user = userOf(context, request);
    const { query, variables, operationName } = bodyOf(question, request, 'Query');
    const { data, errors } = await graphql({
      schema,
      source: query,
      rootValue: root(user),
      variableValues: variables,
      operationName,
    });
    response.json({ data, ...(errors && { errors: errors.map(told) }) });
  });

  const root = (user: ForgeUser) => ({
    viewer: () => ({ id: `U_${user.id}`, login: user.login }),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      const found = findRepository(context, owner, name);
      if (!found?.permissionOf(user)) {
        throw refusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
      }
      return {
        id: found.nodeId,
        databaseId: found.id,
        name: found.name,
        nameWithOwner: `${found.owner}/${found.name}`,
        isPrivate: found.options.private,
        object: commitReader(found),
      };
    },
    updateRefs: async ({
      input,
    }: {
      input: { repositoryId: string; refUpdates: RefUpdateInput[]; clientMutationId?: string };
    }) => {
      const repository = [...context.repositories.values()].find(
        (each) => each.nodeId === input.repositoryId,
      );
      const permission = repository?.permissionOf(user);
      if (!repository || !permission) {
        throw refusal(
          'NOT_FOUND',
          `Could not resolve to a node with the global id of '${input.repositoryId}'`,
        );
      }
      if (!permits(permission, 'write'))
        throw refusal('FORBIDDEN', 'Resource not accessible by personal access token');
      for (const update of input.refUpdates) await move(repository, user, update);
      return { clientMutationId: input.clientMutationId ?? null };
    },
  });

  async function move(repository: HostedRepository, user: ForgeUser, update: RefUpdateInput): Promise<void> {
    const { name, beforeOid, afterOid, force = false } = update;
    if (!SHA.test(afterOid) || (beforeOid && !SHA.test(beforeOid))) {
      throw refusal('UNPROCESSABLE', 'An object id has 40 hexadecimal digits.');
    }
    const before = beforeOid === ZERO ? null : (beforeOid ?? (await repository.refs.read(name)));
    try {
      const after = afterOid === ZERO ? null : afterOid;
      await moveRef(context, repository, user, { ref: name, before, after, force });
    } catch (error) {
      if (error instanceof RefRefused)
        throw refusal(error.reason === 'stale' ? 'STALE_DATA' : 'UNPROCESSABLE', error.message);
      throw error;
    }
  }
}

/** Commits by id. A question for many is answered by one git. */
function commitReader(repository: HostedRepository) {
  let waiting: string[] = [];
  let asked: Promise<Map<string, string>> | undefined;
  return async ({ oid }: { oid?: string | null }) => {
    if (!oid || !SHA.test(oid)) return null;
    waiting.push(oid);
    asked ??= Promise.resolve().then(() => {
      const all = waiting;
      [waiting, asked] = [[], undefined];
      return repository.objects.commitDates(all);
    });
    const committedDate = (await asked).get(oid);
    const id = Buffer.from(`06:Commit${repository.id}:${oid}`).toString('base64');
    if (committedDate === undefined) return null;
    const blamed = async ({ path }: { path: string }) => {
      const ranges = await blame(repository, oid, path);
      if (!ranges) throw refusal('NOT_FOUND', `Could not resolve file for path '${path}'.`);
      return { ranges };
    };
    return { __typename: 'Commit', id, oid, committedDate, blame: blamed };
  };
}

function refusal(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}

/** GitHub gives each error a `type` beside its message. */
function told({ extensions: { type }, path, locations, message }: GraphQLError) {
  return { ...(type !== undefined && { type }), path, locations, message };
}
