<?php
// A small application without dependencies.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
header('Content-Type: text/plain; charset=utf-8');
switch ($path) {
    case '/':
        echo 'Hello from ' . (getenv('APP') ?: 'php-hello') . ' in PHP ' . PHP_MAJOR_VERSION . "\n";
        break;
    case '/healthz':
        echo "ok\n";
        break;
    case '/log':
        error_log('a line for the log');
        echo "logged\n";
        break;
    default:
        http_response_code(404);
        echo "not found\n";
}
