"""A process of its own that calls a service through grpcio's `xds:///`.

grpcio reads its bootstrap from the environment, once in the life of a process. Arguments: the
target, then a JSON list of calls, each a list of metadata pairs. Prints a JSON list with the
answer, or the status and details, of each call.
"""

import json
import sys

import grpc

METHOD = "/periplus.Echo/Say"
TIMEOUT_S = 10


def main() -> None:
    """Make the calls and print what came back."""
    with grpc.insecure_channel(sys.argv[1]) as channel:
        say: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(METHOD)
        answers = []
        for metadata in json.loads(sys.argv[2]):
            try:
                pairs = tuple((name, value) for name, value in metadata)
                answers.append(say(b"", timeout=TIMEOUT_S, metadata=pairs).decode())
            except grpc.RpcError as error:
                answers.append(f"{error.code().name}: {error.details()}")
    print(json.dumps(answers))  # noqa: T201 - the answer to the process that started this one


if __name__ == "__main__":
    main()
