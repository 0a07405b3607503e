"""The queries to Dagster's GraphQL endpoint; a test sends each to a real one."""

LOCATION = """{ repositoriesOrError { __typename ... on PythonError { message }
  ... on RepositoryConnection { nodes { name location { name } jobs { name }
    assetNodes { assetKey { path } jobNames opNames } } } } }"""

ADD_PARTITION = """mutation($key: String!, $name: String!, $repository: RepositorySelector!) {
  addDynamicPartition(partitionKey: $key, partitionsDefName: $name, repositorySelector: $repository)
    { __typename ... on PythonError { message } ... on UnauthorizedError { message } } }"""

LAUNCH = """mutation($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
  ... on LaunchRunSuccess { run { runId } }
  ... on RunConfigValidationInvalid { errors { message } }
  ... on InvalidSubsetError { message } ... on PipelineNotFoundError { message }
  ... on UnauthorizedError { message } ... on PythonError { message } } }"""

_RUN = "runId jobName status startTime endTime tags { key value }"

RUN = f"""query($run: ID!) {{ runOrError(runId: $run) {{ __typename ... on Run {{ {_RUN} }}
  ... on RunNotFoundError {{ message }} ... on PythonError {{ message }} }} }}"""

RUNS = f"""query($filter: RunsFilter!, $limit: Int!, $cursor: String) {{
  runsOrError(filter: $filter, limit: $limit, cursor: $cursor) {{ __typename
  ... on Runs {{ results {{ {_RUN} }} }} ... on PythonError {{ message }}
  ... on InvalidPipelineRunsFilterError {{ message }} }} }}"""

EVENTS = """query($run: ID!, $cursor: String, $limit: Int!) {
  logsForRun(runId: $run, afterCursor: $cursor, limit: $limit) { __typename
  ... on RunNotFoundError { message } ... on PythonError { message }
  ... on EventConnection { cursor hasMore events { __typename
    ... on MessageEvent { timestamp level stepKey eventType message }
    ... on ExecutionStepFailureEvent { failureMetadata { metadataEntries { label
      ... on TextMetadataEntry { text } ... on JsonMetadataEntry { jsonString } } } } } } } }"""

TERMINATE = """mutation($run: String!) {
  terminateRun(runId: $run, terminatePolicy: SAFE_TERMINATE) { __typename
  ... on TerminateRunFailure { message } ... on RunNotFoundError { message }
  ... on UnauthorizedError { message } ... on PythonError { message } } }"""

AUTOMATION = """{ repositoriesOrError { __typename ... on PythonError { message }
  ... on RepositoryConnection { nodes { jobs { name }
    schedules { name cronSchedule pipelineName description scheduleState { status } }
    sensors { name minIntervalSeconds description targets { pipelineName }
      sensorState { status } } } } } }"""
