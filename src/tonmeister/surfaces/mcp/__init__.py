"""The door for assistants (Model Context Protocol): each capability is a tool, each result a resource.

``tonmeister mcp`` speaks over standard input and output and works on files of this machine, as the library does. The
server speaks the same at ``/mcp`` over HTTP and works on the assets of its library, as jobs.
"""
