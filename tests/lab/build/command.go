// SPDX-License-Identifier: Apache-2.0

package build

import "context"

// Command is the subcommand "lab build".
func Command(ctx context.Context, args []string) error {
	return nil
}
