"""The document API: PDFs and images in over HTTP, pages, jobs and progress out."""
