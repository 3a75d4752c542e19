package refresh

import "sync"

// opened is the Servers of this process that are open.
var opened struct {
	mu      sync.Mutex
	servers map[*Server]struct{}
}

func register(server *Server) {
	opened.mu.Lock()
	defer opened.mu.Unlock()
	if opened.servers == nil {
		opened.servers = make(map[*Server]struct{})
	}
	opened.servers[server] = struct{}{}
}

func unregister(server *Server) {
	opened.mu.Lock()
	defer opened.mu.Unlock()
	delete(opened.servers, server)
}

// CloseAll closes every open Server of this process, within little more than a second. It belongs after the plugin's
// Serve and before the process ends on a signal: Terraform doesn't close what is open when a run fails or is
// interrupted.
func CloseAll() {
	opened.mu.Lock()
	servers := make([]*Server, 0, len(opened.servers))
	for server := range opened.servers {
		servers = append(servers, server)
	}
	opened.mu.Unlock()

	var all sync.WaitGroup
	for _, server := range servers {
		all.Go(func() { _ = server.Close() })
	}
	all.Wait()
}
