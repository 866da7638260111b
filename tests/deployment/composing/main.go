// Reads a compose file as docker compose does, and prints what it comes to as JSON: what "docker compose config --format json" prints.
//
//	composing FILE [PROFILE...]
//
// The parser is Docker Compose's own. Variables come from the environment alone, so that no .env of this machine takes part.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
)

func main() {
	if len(os.Args) < 2 {
		fail("usage: composing FILE [PROFILE...]")
	}
	options, err := cli.NewProjectOptions(os.Args[1:2], cli.WithOsEnv, cli.WithProfiles(os.Args[2:]))
	if err != nil {
		fail(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		fail(err)
	}
	text, err := project.MarshalJSON()
	if err != nil {
		fail(err)
	}
	fmt.Println(string(text))
}

func fail(reason any) {
	fmt.Fprintln(os.Stderr, reason)
	os.Exit(1)
}
