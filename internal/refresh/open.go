package refresh

import "sync"

// openServers are the Servers of this process that are open.
var openServers struct {
	mu      sync.Mutex
	servers map[*Server]struct{}
}

func register(server *Server) {
	openServers.mu.Lock()
	defer openServers.mu.Unlock()
	if openServers.servers == nil {
		openServers.servers = make(map[*Server]struct{})
	}
	openServers.servers[server] = struct{}{}
}

func unregister(server *Server) {
	openServers.mu.Lock()
	defer openServers.mu.Unlock()
	delete(openServers.servers, server)
}

// CloseAll closes every open Server of this process, within little more than a second. Call it after the plugin's
// Serve, and before the process ends on a signal. If a run fails or is interrupted, Terraform doesn't close open
// resources.
func CloseAll() {
	openServers.mu.Lock()
	servers := make([]*Server, 0, len(openServers.servers))
	for server := range openServers.servers {
		servers = append(servers, server)
	}
	openServers.mu.Unlock()

	var group sync.WaitGroup
	for _, server := range servers {
		group.Go(func() { _ = server.Close() })
	}
	group.Wait()
}
