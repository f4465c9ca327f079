// SPDX-License-Identifier: Apache-2.0

package rootfs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// global are the kernel settings that a kubelet insists on and that belong to the whole
// machine. It only writes those that differ.
var global = map[string]string{
	"kernel/keys/root_maxbytes": "25000000",
	"kernel/keys/root_maxkeys":  "1000000",
	"kernel/panic":              "10",
	"kernel/panic_on_oops":      "1",
	"vm/overcommit_memory":      "1",
	"vm/panic_on_oom":           "0",
}

// ShieldSysctls lays files over the machine's global settings in this host's /proc, which say
// what the kubelet wants to read: the machine's own values never change, so that nothing has
// to be put back, however the lab ends.
func ShieldSysctls() error {
	for name, value := range global {
		path := filepath.Join("/proc/sys", name)
		if _, err := os.Stat(path); err != nil {
			continue // this kernel has no such setting
		}
		shield := filepath.Join("/run/sysctl", strings.ReplaceAll(name, "/", "."))
		if err := os.MkdirAll(filepath.Dir(shield), 0o755); err != nil {
			return fmt.Errorf("shield %s: %w", path, err)
		}
		if err := os.WriteFile(shield, []byte(value+"\n"), 0o644); err != nil {
			return fmt.Errorf("shield %s: %w", path, err)
		}
		if err := mount(shield, path, "", syscall.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}
