# What runs Perch where it is hosted (docker-compose.yml). PostgreSQL and an
# object store are elsewhere: the embedded ones stay out.

FROM node:24-bookworm-slim AS build
WORKDIR /perch
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY server server
COPY client client
COPY db db
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /perch
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# git searches the branches; tini passes signals on and reaps what git leaves.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates git tini \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o node -g node -m 700 /var/lib/perch
ENV NODE_ENV=production HOME=/var/lib/perch PERCH_STATE=/var/lib/perch PERCH_PORT=4600
WORKDIR /perch
COPY package.json ./
COPY --from=dependencies /perch/node_modules node_modules
COPY --from=build /perch/dist dist
COPY server/platform/git-starter.mjs server/platform/git-starter.mjs
COPY db/migrations db/migrations
USER node
VOLUME /var/lib/perch
EXPOSE 4600
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PERCH_PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["tini", "--"]
CMD ["node", "--enable-source-maps", "dist/server/main.js"]
