// SPDX-License-Identifier: Apache-2.0

package daemons

import (
	"context"
	"fmt"
	"os"
	"strings"

	"sandstrap.dev/lab/config"
	"sandstrap.dev/lab/rootfs"
	"sandstrap.dev/lab/supervise"
	"sandstrap.dev/lab/topology"
)

// Content as origin sees it, and what its parts listen on.
const (
	gitRoot       = "/srv/git"
	registryRoot  = "/srv/registry"
	filesRoot     = "/srv/files"
	gitSocket     = "/run/git.sock"
	firstRegistry = 5000 // port of the first registry; the others follow
	gitWorkers    = "4"
)

// origin plays the Internet: nginx answers for every upstream name and hands git to
// git-http-backend and images to a registry per name.
func origin(c *config.Config) Set {
	set := Set{
		Files: map[string]rootfs.File{"etc/gitconfig": text("[safe]\n\tdirectory = *\n")},
		Daemons: []supervise.Daemon{{
			Name:    "git",
			Prepare: removeStaleSocket,
			Command: []string{"fcgiwrap", "-c", gitWorkers, "-s", "unix:" + gitSocket},
			Ready:   accepts("unix", gitSocket),
		}},
	}
	needs := []string{"git"}
	ports := map[string]int{}
	for i, name := range c.Served("registry") {
		ports[name] = firstRegistry + i
		daemon := registry(name, ports[name])
		needs = append(needs, daemon.Name)
		set.Daemons = append(set.Daemons, daemon)
		set.Files["etc/registry/"+name+".yml"] = text(fmt.Sprintf(registryConfig, ports[name], registryRoot, name))
	}
	set.Files["etc/nginx/nginx.conf"] = text(nginxConfig(sites(c, ports)))
	set.Daemons = append(set.Daemons, supervise.Daemon{
		Name:    "nginx",
		Needs:   needs,
		Command: []string{"nginx", "-c", "/etc/nginx/nginx.conf", "-e", "stderr"},
		Ready:   accepts("tcp", "127.0.0.1:443"),
	})
	return set
}

// removeStaleSocket makes room: fcgiwrap does not replace the socket of one that was killed.
func removeStaleSocket(context.Context, func(argv ...string) error) error {
	return os.RemoveAll(gitSocket)
}

func registry(name string, port int) supervise.Daemon {
	return supervise.Daemon{
		Name:    "registry-" + name,
		Command: []string{"docker-registry", "serve", "/etc/registry/" + name + ".yml"},
		Env:     []string{"OTEL_TRACES_EXPORTER=none"},
		Ready:   accepts("tcp", fmt.Sprintf("127.0.0.1:%d", port)),
	}
}

const registryConfig = `version: 0.1
log: {level: warn, accesslog: {disabled: true}}
http: {addr: "127.0.0.1:%d"}
storage:
  filesystem: {rootdirectory: %s/%s}
  maintenance: {readonly: {enabled: true}}
`

// site is one upstream name.
type site struct {
	name         string
	registryPort int // 0: it is no registry
}

func sites(c *config.Config, ports map[string]int) []site {
	for name, aliases := range topology.RegistryAliases {
		for _, alias := range aliases {
			if ports[alias] == 0 && ports[name] != 0 {
				ports[alias] = ports[name]
			}
		}
	}
	var all []site
	for _, name := range c.UpstreamNames() {
		all = append(all, site{name: name, registryPort: ports[name]})
	}
	return all
}

func nginxConfig(all []site) string {
	var servers strings.Builder
	for _, site := range all {
		servers.WriteString(site.server())
	}
	return fmt.Sprintf(nginxTemplate, servers.String())
}

// server is nginx's part for one name: images, then git, then plain files.
func (s site) server() string {
	var registry string
	if s.registryPort != 0 {
		registry = fmt.Sprintf(registryLocation, s.registryPort)
	}
	return fmt.Sprintf(serverTemplate, s.name, filesRoot, registry, gitSocket, gitRoot)
}

const nginxTemplate = `user root;
daemon off;
worker_processes 2;
pid /run/nginx.pid;
events { worker_connections 1024; }
http {
  log_format lab '$time_iso8601 $remote_addr $host "$request" $status $body_bytes_sent';
  access_log /var/log/access.log lab;
  default_type application/octet-stream;
  sendfile on;
  tcp_nopush on;
  client_max_body_size 0;
  server_names_hash_bucket_size 128;
  client_body_temp_path /run/nginx-body;
  proxy_temp_path /run/nginx-proxy;
  fastcgi_temp_path /run/nginx-fastcgi;
  uwsgi_temp_path /run/nginx-uwsgi;
  scgi_temp_path /run/nginx-scgi;
  ssl_certificate /etc/origin/server.crt;
  ssl_certificate_key /etc/origin/server.key;
  server { listen 443 ssl http2 default_server; return 421; }
%s}
`

const serverTemplate = `  server {
    listen 443 ssl http2;
    listen 80;
    server_name %[1]s;
    root %[2]s/%[1]s;
%[3]s    location ~ ^(?<repository>/.+?)(\.git)?(?<service>/info/refs|/git-upload-pack)$ {
      fastcgi_pass unix:%[4]s;
      fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
      fastcgi_param GIT_PROJECT_ROOT %[5]s/%[1]s;
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param GIT_PROTOCOL $http_git_protocol;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param PATH_INFO $repository.git$service;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HOME /root;
      fastcgi_buffering off;
      fastcgi_read_timeout 300;
    }
  }
`

const registryLocation = `    location /v2/ {
      proxy_pass http://127.0.0.1:%d;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffering off;
      proxy_read_timeout 300;
    }
`
