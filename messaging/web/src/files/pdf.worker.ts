// In this order: the reader takes what the first one leaves it.
import "./bounded.ts";
import "pdfjs-dist/legacy/build/pdf.worker.min.mjs";
