# A small web server on the standard library, with one vendored gem.
require "socket"
require "greeting"

$stdout.sync = true
port = Integer(ENV.fetch("PORT", "4567"))
server = TCPServer.new("0.0.0.0", port)
stopping = false
trap("TERM") { stopping = true }
puts "listening on #{port}"

def answer(client)
  method, path, = client.gets.to_s.split
  return unless path
  nil while (line = client.gets) && line != "\r\n"
  status, body =
    case path.split("?").first
    when "/" then ["200 OK", Greeting.for(ENV.fetch("APP", "ruby-hello")) + "\n"]
    when "/healthz" then ["200 OK", "ok\n"]
    else ["404 Not Found", "not found\n"]
    end
  client.write "HTTP/1.1 #{status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}"
  puts "#{method} #{path} #{status.to_i}"
ensure
  client.close
end

threads = ThreadGroup.new
until stopping
  next unless server.wait_readable(0.2)
  threads.add(Thread.new(server.accept) { |client| answer(client) })
end
server.close
threads.list.each { |thread| thread.join(25) }
puts "stopped"
